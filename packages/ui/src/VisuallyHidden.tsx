/** For screen readers only. */
export { VisuallyHidden } from 'react-aria-components';
