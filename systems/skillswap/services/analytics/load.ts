import { lookingLoad } from '@banyan/harness';
import { API } from '../../api/common.ts';

/** People look at what they have learned and taught. They write nothing here: what they do elsewhere is what is told. */
export default lookingLoad<string>({ base: `${API}/analytics`, paths: { '/summary': 40 } });
