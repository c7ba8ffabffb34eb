/** A body or an answer of these types, for a schema: the OpenAPI names them, and what is in it is for the route to look at. */
export function mediaOf(...types: string[]): { content: Record<string, { schema: object }> } {
  return { content: Object.fromEntries(types.map((type) => [type, { schema: {} }])) };
}
