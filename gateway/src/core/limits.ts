/** How much one operation may ask for. Fragments count wherever they are spread. */
export interface Limits {
  readonly tokens: number
  readonly depth: number
  readonly aliases: number
  readonly rootFields: number
  readonly directives: number
  /** Fields in all, fragments expanded: the size of the response and the time for planning and validation grow with them. */
  readonly fields: number
  /** Points, as `cost/` estimates them. */
  readonly cost: number
  /** Items assumed for a list whose size the schema does not declare. */
  readonly listSize: number
  /** Items that a slicing argument may ask for. A list of leaves costs nothing however long it is, so cost does not limit it. */
  readonly slice: number
}

export const defaultLimits: Limits = {
  tokens: 10_000,
  depth: 20,
  aliases: 30,
  rootFields: 20,
  directives: 50,
  fields: 2_000,
  cost: 10_000, // A point is an object. An object from a second subgraph takes some ten microseconds, so this is a tenth of a second.
  listSize: 10,
  slice: 10_000,
}
