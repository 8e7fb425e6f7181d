/** First of all imports: the page may not make code of text, so zod shall not try; each try is reported as a breach of the content policy. */
import { config } from 'zod';

config({ jitless: true });
