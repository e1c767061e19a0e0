import { describe, expect, it } from '@jest/globals'
import { isJson, negotiate } from './media-type.ts'

const json = 'application/json'
const response = 'application/graphql-response+json'

describe('what a client accepts', () => {
  it.each([
    [undefined, json, undefined],
    ['', json, undefined],
    ['*/*', json, undefined],
    ['application/*', json, undefined],
    [`${response}, ${json};q=0.9`, response, undefined],
    [`${json}, ${response}`, json, undefined],
    [`${json};q=0.5, ${response};q=0.6`, response, undefined],
    [`${response}; charset=utf-8`, response, undefined],
    [`${response};charset="UTF-8"`, response, undefined],
    [`${json};charset=latin1`, undefined, undefined],
    [`${json};q=0`, undefined, undefined],
    ['text/html', undefined, undefined],
    ['text/event-stream', undefined, 'text/event-stream'],
    [`text/event-stream, ${json}`, json, 'text/event-stream'],
    [`multipart/mixed;boundary="graphql";subscriptionSpec=1.0,${json}`, json, 'multipart/mixed'],
    ['multipart/mixed;deferSpec=20220824', undefined, undefined],
  ])('%s', (accept, single, stream) => {
    expect(negotiate(accept)).toEqual({ single, stream })
  })
})

it.each([
  ['application/json', true],
  ['application/json; charset=utf-8', true],
  ['APPLICATION/JSON;Charset="UTF-8"', true],
  ['application/json; charset=utf-16', false],
  ['application/graphql', false],
  ['text/plain', false],
  [undefined, false],
])('a body of type %s can be read: %s', (type, readable) => {
  expect(isJson(type)).toBe(readable)
})
