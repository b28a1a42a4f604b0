import { describeLeaves } from '../leaves';
import { clusterAi } from './environments';

describeLeaves("Cluster AI's values", clusterAi);
