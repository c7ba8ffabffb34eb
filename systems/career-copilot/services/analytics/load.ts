import { lookingLoad } from '@banyan/harness';
import { API } from '../../api/common.ts';

/** People look at how their search goes. They write nothing here: what they do elsewhere is what is told. */
export default lookingLoad<number>({
  base: `${API}/analytics`,
  paths: { '/summary': 40, '/funnel': 10, '/weekly': 10 },
});
