import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { startGraph, type TestGraph } from './graph.ts'
import { catalog, reviews, shipping, shop, users } from './shop.ts'

let graph: TestGraph
beforeAll(async () => {
  graph = await startGraph({ catalog, shipping, reviews, users })
})
afterAll(() => graph.stop())
beforeEach(() => {
  graph.forget()
  shop.failingWeight = false
  shop.brokenReviews = false
})

describe('a query over several subgraphs', () => {
  it('joins entities, one request per subgraph however many there are', async () => {
    expect(await graph.ask('{ products { name id score shipping reviews { id author { name email } } } }')).toEqual({
      errors: [{ message: 'No score for 2.', path: ['products', 1, 'score'], extensions: { code: 'FORBIDDEN' } }],
      data: {
        products: ['1', '2', '3'].map((id) => ({
          name: `Product ${id}`,
          id,
          score: id === '2' ? null : 4.5,
          shipping: id === '3' ? null : Number(id) * 10,
          reviews: ['a', 'b'].map((suffix) => ({
            id: id + suffix,
            author: { name: 'User u1', email: 'u1@example.test' },
          })),
        })),
      },
    })
    expect(graph.calls('catalog')).toHaveLength(1)
    expect(graph.calls('shipping')).toHaveLength(1)
    expect(graph.calls('reviews')).toHaveLength(1)
    // Six reviews by one author: a request has each entity once.
    expect(graph.calls('users')[0]?.variables).toEqual({ _representations0: [{ __typename: 'User', id: 'u1' }] })
  })

  it('answers in the order of the selection, aliases and fragments included', async () => {
    const answer = await graph.ask(
      'query($id: ID!) { b: product(id: $id) { ...F other: name __typename } a: product(id: "2") { ...F } } fragment F on Product { score id }',
      { id: '1' },
    )
    expect(JSON.stringify(answer.data)).toBe(
      '{"b":{"score":4.5,"id":"1","other":"Product 1","__typename":"Product"},"a":{"score":null,"id":"2"}}',
    )
    expect(answer.errors?.[0]?.path).toEqual(['a', 'score'])
  })

  it('requests what two branches of a union need at once, and makes neither null', async () => {
    const query = '{ search { ... on Car { vehicle { toll parked } } ... on Bike { vehicle { freight parked } } } }'
    expect(await graph.ask(query)).toEqual({
      data: { search: [{ vehicle: { toll: 400, parked: true } }, { vehicle: { freight: 10, parked: true } }] },
    })
    expect(graph.calls('shipping')).toHaveLength(1)
  })

  it('leaves out only the field whose requirement was skipped', async () => {
    const query =
      'query($with: Boolean!) { product(id: "1") { weight @include(if: $with) shipping @include(if: $with) inStock } }'
    expect(await graph.ask(query, { with: false })).toEqual({ data: { product: { inStock: true } } })
    expect(await graph.ask(query, { with: true })).toEqual({
      data: { product: { weight: 1, shipping: 10, inStock: true } },
    })
  })

  it('keeps what needs nothing when the requirement of another field is missing', async () => {
    const query = '{ products(first: 1) { shipping inStock } }'
    shop.failingWeight = true
    expect(await graph.ask(query)).toEqual({
      errors: [{ message: 'The scales are broken.', path: ['products', 0], extensions: { code: 'UNAVAILABLE' } }],
      data: { products: [{ shipping: null, inStock: true }] },
    })
  })

  it('gives interface objects their real type and their fields', async () => {
    expect(
      await graph.ask('{ media { __typename id score ... on Book { pages } ... on Film { minutes score } } }'),
    ).toEqual({
      data: {
        media: [
          { __typename: 'Book', id: 'b1', score: 2.5, pages: 100 },
          { __typename: 'Film', id: 'f1', score: 2.5, minutes: 90 },
        ],
      },
    })
  })

  it('uses what a path provides', async () => {
    await graph.ask('{ reviews { author { name } } }')
    expect(graph.calls('users')).toHaveLength(0)
  })

  it('answers introspection beside data', async () => {
    expect(await graph.ask('{ __typename __schema { queryType { name } } product(id: "1") { id } }')).toEqual({
      data: { __typename: 'Query', __schema: { queryType: { name: 'Query' } }, product: { id: '1' } },
    })
  })

  it('runs mutations one after the other, each with its own subgraph', async () => {
    expect(
      await graph.ask(
        'mutation { count rename(id: "1", name: "x") { name score } ship review(product: "2", text: "t") { id product { name } } }',
      ),
    ).toEqual({
      data: {
        count: 1,
        rename: { name: 'x', score: 4.5 },
        ship: 2,
        review: { id: 't', product: { name: 'Product 2' } },
      },
    })
  })
})

describe('errors and nulls', () => {
  it('null rises to the next nullable field', async () => {
    expect(await graph.ask('{ fails whoAmI }')).toEqual({
      errors: [{ message: 'No such thing today.', path: ['fails'], extensions: { code: 'BAD_USER_INPUT' } }],
      data: { fails: null, whoAmI: 'anonymous ' },
    })
    const hard = await graph.ask('{ failsHard }')
    expect(hard.data).toBeNull()
    expect(hard.errors).toHaveLength(1)
    expect(hard.errors?.[0]?.path).toEqual(['failsHard'])
    expect(JSON.stringify(hard)).not.toContain('secret detail')
  })

  it('an entity that does not exist is an error only where null is not allowed', async () => {
    expect(await graph.ask('{ product(id: "3") { id shipping } }')).toEqual({
      data: { product: { id: '3', shipping: null } },
    })
    expect(await graph.ask('{ product(id: "3") { id inStock } }')).toEqual({ data: { product: null } })
    const listed = await graph.ask('{ products { id inStock } }')
    expect(listed.data).toBeNull()
    expect(listed.errors?.map(({ message, path }) => [message, path])).toEqual([
      ['Cannot return null for non-nullable field Query.products.', ['products', 2]],
    ])
  })

  it('an inaccessible enum value becomes null', async () => {
    const answer = await graph.ask('{ products(first: 2) { color } }')
    expect(answer.data).toEqual({ products: [{ color: 'RED' }, { color: null }] })
    expect(answer.errors?.map(({ path }) => path)).toEqual([['products', 1, 'color']])
  })

  it('an error of a whole entity is reported at each missing field', async () => {
    shop.brokenReviews = true
    const answer = await graph.ask('{ product(id: "1") { name reviews { id } } }')
    expect(answer.data).toEqual({ product: null })
    expect(answer.errors?.map(({ path }) => path)).toEqual([['product', 'reviews']])
  })
})

it('does not let a response name reach into prototypes', async () => {
  const answer = await graph.ask('{ constructor: product(id: "1") { __proto__: name toString: score } }')
  expect(JSON.stringify(answer)).toContain('"toString":4.5')
  expect(({} as Record<string, unknown>)['name']).toBeUndefined()
})
