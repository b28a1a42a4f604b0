import { describeNetworkMatrix } from '../network-matrix';
import { clusterAi } from './environments';

describeNetworkMatrix(clusterAi, 'network');
