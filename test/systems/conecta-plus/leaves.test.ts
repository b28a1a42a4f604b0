import { describeLeaves } from '../leaves';
import { conectaPlus } from './environments';

describeLeaves("Conecta Plus's values", conectaPlus);
