import { describeNetworkPolicies } from '../network-policies';
import { clusterAi } from './environments';

describeNetworkPolicies(clusterAi);
