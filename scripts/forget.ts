// For `npm run watch`, where a synthesis has failed: its markers, which reached no object, are none of the next one's.
import { forgetTokens } from '../lib/values/token';

forgetTokens();
