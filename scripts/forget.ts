// Loaded before each synthesis of `npm run watch`: what a module keeps of the one before goes.
import { forgetTokens } from '../lib/values/token';

forgetTokens();
