const compact = new Intl.NumberFormat(undefined, { notation: "compact", maximumFractionDigits: 1 });

/** A count as short as it is read: 12K. */
export function shortCount(count: bigint): string {
  return compact.format(count);
}

/** A count with its noun: "1 reply", "2 replies". */
export function counted(count: bigint, one: string, many: string): string {
  return `${count.toLocaleString()} ${count === 1n ? one : many}`;
}
