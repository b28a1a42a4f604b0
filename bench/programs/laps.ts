/** The phases of a program that is measured. It says them at its end, as one line of JSON. */
export class Laps {
  private readonly laps: Record<string, number> = {};
  private last = performance.now();

  /** Ends a phase, in seconds, that began with the one before it ended. */
  lap(name: string): void {
    const now = performance.now();
    this.laps[name] = (now - this.last) / 1000;
    this.last = now;
  }

  say(): void {
    const megabytes = process.resourceUsage().maxRSS / 1024;
    console.log(JSON.stringify({ phases: this.laps, megabytes }));
  }
}
