/** How much one operation may ask for. Fragments count wherever they are spread. */
export type Limits = Readonly<typeof defaultLimits>

export const defaultLimits = {
  tokens: 10_000,
  depth: 20,
  aliases: 30,
  rootFields: 20,
  directives: 50,
  /** Fields in all, fragments expanded: the size of the response and the time for planning and validation grow with them. */
  fields: 2_000,
  /** Points, as `cost/` estimates them. An object from a second subgraph takes some ten microseconds, so this is a tenth of a second. */
  cost: 10_000,
  /** Items assumed for a list whose size the schema does not declare. */
  listSize: 10,
  /** Items that a slicing argument may ask for. A list of leaves costs nothing however long it is, so cost does not limit it. */
  slice: 10_000,
}
