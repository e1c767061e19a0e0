/** Every sentence that clients read from what all subgraphs share. */
export const messages = {
  signInFirst: 'Sign in first: send a bearer token.',
  customersOnly: 'Only a customer can do this. Sign in as a customer.',
  operatorsOnly: 'Only an operator can do this. Sign in as an operator.',
  customerIdNotUuid:
    'The subject of this token is not a UUID, so it is not a customer. Sign in with a customer account.',
  requestIdNotUuid: 'requestId must be a UUID. Create a new one for each new request.',
  unavailable: 'A part of the service cannot be reached right now. Nothing is lost. Try again in a few seconds.',
  internal: 'Something went wrong on the server. Try again; if it stays so, report the reference.',
  postOnly: 'Send a POST request.',
  gatewayOnly: 'This subgraph answers only the gateway. Send the request to the gateway.',
  tooLate: 'The gateway no longer waits for this answer. Send the request again.',
  notJson: 'The body is not JSON. Send a JSON object with a query.',
} as const
