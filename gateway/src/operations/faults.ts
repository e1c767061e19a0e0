/** What a caught thing says of itself, whatever it is. */
const isError = (caught: unknown): caught is { readonly message: unknown; readonly code?: unknown } =>
  typeof caught === 'object' && caught !== null && 'message' in caught

/** Such as ENOENT, of an error of the system. */
export const codeOf = (caught: unknown): unknown => (isError(caught) ? caught.code : undefined)

export const messageOf = (caught: unknown): string => String(isError(caught) ? caught.message : caught)
