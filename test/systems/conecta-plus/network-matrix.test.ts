import { describeNetworkMatrix } from '../network-matrix';
import { conectaPlus } from './environments';

describeNetworkMatrix(conectaPlus);
