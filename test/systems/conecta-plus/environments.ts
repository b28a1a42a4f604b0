/** Conecta Plus in the plain reading. */
import { App } from 'cdk8s';
import { ConectaPlus } from '../../../lib/systems/conecta-plus/conecta-plus';
import { readingOf } from '../reading';

export const conectaPlus = readingOf(new ConectaPlus(new App()));
