/** Whether somebody has typed this address: as the accounts compare them, without blanks around and in either case. */
export function isSameAddress(typed: string, address: string): boolean {
  return typed.trim().toLowerCase() === address.trim().toLowerCase();
}
