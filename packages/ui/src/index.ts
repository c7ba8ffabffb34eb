/**
 * What pages are made of. A page loads `@banyan/ui/tokens.css` once, and wraps itself in UiProvider. All words come in as
 * properties: there is no language in here.
 */
export { Avatar, type AvatarProps } from './Avatar.tsx';
export { Badge, type BadgeProps, Status } from './Badge.tsx';
export { Banner, type BannerProps } from './Banner.tsx';
export { Board } from './Board.tsx';
export { Button, type ButtonProps, type ButtonVariant, LinkButton, type LinkButtonProps } from './Button.tsx';
export {
  type BoardCard,
  type BoardColumn,
  type BoardMove,
  type BoardTarget,
  moveCards,
} from './board-moves.ts';
export type { BoardProps, BoardTexts } from './board-props.ts';
export { Card, type CardProps } from './Card.tsx';
export { Checkbox, CheckboxGroup, type CheckboxGroupProps, type CheckboxProps } from './Checkbox.tsx';
export { Columns, type ColumnsProps } from './Columns.tsx';
export { ComboBox, type ComboBoxProps } from './ComboBox.tsx';
export { ConfirmDialog, type ConfirmDialogProps } from './ConfirmDialog.tsx';
export { BarChart, type BarChartProps } from './charts/BarChart.tsx';
export type { ChartFrameProps } from './charts/ChartFrame.tsx';
export type { ChartData, ChartSeries } from './charts/chart-data.ts';
export { Funnel, type FunnelProps } from './charts/Funnel.tsx';
export { LineChart, type LineChartProps } from './charts/LineChart.tsx';
export { DateField, type DateFieldProps } from './DateField.tsx';
export { DatePicker, type DatePickerProps } from './DatePicker.tsx';
export { Dialog, type DialogProps } from './Dialog.tsx';
export { Disclosure, type DisclosureProps } from './Disclosure.tsx';
export { Drawer, type DrawerProps } from './Drawer.tsx';
export { EmptyState, type EmptyStateProps } from './EmptyState.tsx';
export { ErrorState, type ErrorStateProps } from './ErrorState.tsx';
export { ErrorSummary, type ErrorSummaryProps } from './ErrorSummary.tsx';
export { Feed, type FeedProps } from './Feed.tsx';
export type { FieldProps } from './Field.tsx';
export { FileDrop, type FileDropProps } from './FileDrop.tsx';
export { Icon, type IconName } from './Icon.tsx';
export { IconButton, type IconButtonProps } from './IconButton.tsx';
export { Link, type LinkProps } from './Link.tsx';
export { LinkTabs, type LinkTabsProps } from './LinkTabs.tsx';
export { List, type ListProps } from './List.tsx';
export { LiveRegion } from './LiveRegion.tsx';
export { Menu, type MenuEntry, type MenuProps } from './Menu.tsx';
export { Meter, type MeterProps } from './Meter.tsx';
export { NumberField, type NumberFieldProps } from './NumberField.tsx';
export type { Option } from './Options.tsx';
export { LoadMore, type LoadMoreProps, Pagination, type PaginationProps } from './Pagination.tsx';
export { ProgressBar, type ProgressBarProps } from './ProgressBar.tsx';
export { RadioGroup, type RadioGroupProps } from './RadioGroup.tsx';
export { SearchField, type SearchFieldProps } from './SearchField.tsx';
export { Select, type SelectProps } from './Select.tsx';
export { SelectionBar, type SelectionBarProps } from './SelectionBar.tsx';
export { Skeleton, SkeletonGroup, type SkeletonProps } from './Skeleton.tsx';
export { Spinner } from './Spinner.tsx';
export { Stack, type StackProps } from './Stack.tsx';
export { Stat, type StatProps } from './Stat.tsx';
export { Switch, type SwitchProps } from './Switch.tsx';
export { Table, type TableColumn, type TableProps, type TableSort } from './Table.tsx';
export { Tabs, type TabsProps } from './Tabs.tsx';
export { Tags, type TagsProps } from './Tags.tsx';
export { TextArea, type TextAreaProps } from './TextArea.tsx';
export { TextField, type TextFieldProps } from './TextField.tsx';
export { TimeField, type TimeFieldProps } from './TimeField.tsx';
export { ToastRegion } from './Toast.tsx';
export { showToast, type ToastMessage } from './toasts.ts';
export type { Tone } from './tones.ts';
export { UiProvider, type UiProviderProps } from './UiProvider.tsx';
export { useCentred } from './use-centred.ts';
export { useMedia } from './use-media.ts';
export { Views, type ViewsProps } from './Views.tsx';
export { VisuallyHidden } from './VisuallyHidden.tsx';
