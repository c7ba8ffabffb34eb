/** The pages that a navigation names: the first, the last, the present one and its neighbours; a gap where some are left out. */
export function pagesShown(page: number, pageCount: number): Array<number | 'gap before' | 'gap after'> {
  const near = Array.from({ length: pageCount }, (_, at) => at + 1).filter(
    (number) => number === 1 || number === pageCount || Math.abs(number - page) <= 1,
  );
  return near.flatMap((number, at) => {
    const last = near[at - 1];
    if (last === undefined || number === last + 1) return [number];
    // A gap of one page is as wide as the page.
    if (number === last + 2) return [last + 1, number];
    return [number > page ? 'gap after' : 'gap before', number];
  });
}
