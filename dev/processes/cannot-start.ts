/** A reason not to start. Its message says what to do about it, so it is printed without a stack trace. */
export class CannotStart extends Error {}
