import { describeNetworkPolicies } from '../network-policies';
import { conectaPlus } from './environments';

describeNetworkPolicies(conectaPlus);
