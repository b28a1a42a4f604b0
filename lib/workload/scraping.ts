/** Who scrapes whom: workloads with metrics on one side, scrapers on the other, in whatever order a system makes them. */
import type { Platform } from './platform';
import type { Scrape } from './pod';
import type { Workload } from './workload';
import { once } from '../values/once';

/** The metrics of a workload's pods. */
export interface ScrapeTarget extends Scrape {
  readonly workload: Workload;
  /** The workload's name without the instance, or that with a suffix for a further port: the label `job`. */
  readonly job: string;
  /** The tier's name: the label `tier`. */
  readonly tier: string;
}

interface Meeting {
  readonly targets: ScrapeTarget[];
  readonly scrapers: ((target: ScrapeTarget) => void)[];
}

const meetingOf = once<Platform, Meeting>(() => ({ targets: [], scrapers: [] }));

/** Tells the scrapers of a platform, those to come among them, of a workload's metrics. */
export function addScrapeTarget(platform: Platform, target: ScrapeTarget): void {
  const { targets, scrapers } = meetingOf(platform);
  targets.push(target);
  for (const scraper of scrapers) scraper(target);
}

/** Calls a scraper once for each workload of the platform that has metrics, those to come among them. */
export function forEachScrapeTarget(platform: Platform, scraper: (target: ScrapeTarget) => void): void {
  const { targets, scrapers } = meetingOf(platform);
  scrapers.push(scraper);
  targets.forEach(scraper);
}
