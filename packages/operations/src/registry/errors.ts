const isError = (caught: unknown): caught is { readonly message: unknown; readonly code?: unknown } =>
  typeof caught === 'object' && caught !== null && 'message' in caught

/** The code of a system error, such as ENOENT. */
export const codeOf = (caught: unknown): unknown => (isError(caught) ? caught.code : undefined)

/** The message of whatever was thrown. */
export const messageOf = (caught: unknown): string => String(isError(caught) ? caught.message : caught)
