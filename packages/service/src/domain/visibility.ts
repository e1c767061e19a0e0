/** Whose rows a viewer may see: their own, or (operators) all. Rows of others do not exist for them. */
export type Visibility = 'all' | { readonly customerId: string }
