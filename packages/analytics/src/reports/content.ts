import type { Cell } from './csv.ts';

/** What a report tells: as a table for programs, and printed for people. */
export type ReportContent = {
  /** With a line of headings. */
  table: Cell[][];
  printed: Printed;
};

export type Printed = { title: string; sections: Section[] };
type Section = {
  heading: string;
  lines?: readonly string[];
  /** A chart. */
  bars?: readonly { label: string; count: number }[];
};
