import { describe, expect, it } from 'vitest'
import { parseClaimExpression } from '../../src/model/claim-expression.js'

const claims = {
  sub: 'subject-1',
  id: 42,
  zero: 0,
  given_name: 'Ada',
  empty: '',
  nothing: null,
  yes: true,
  list: ['a'],
  float: 1.5,
  huge: Number('12345678901234567890'),
  lone: 'a\ud800',
  lines: 'a\nb',
  team: { id: 'T1', owner: { id: 7 } },
  'https://example.com/role': 'admin',
  'dotted.name': 'whole',
  dotted: { name: 'nested' },
  braces: '{sub}',
}

describe('an expression', () => {
  it.each<[string, string]>([
    ['{sub}', 'subject-1'],
    ['{id}', '42'],
    ['{zero}', '0'],
    ['{team.id}', 'T1'],
    ['{team.owner.id}', '7'],
    ['{team.id}-{id}', 'T1-42'],
    ['user:{sub}!', 'user:subject-1!'],
    ['{sub}{sub}', 'subject-1subject-1'],
    ['{given_name} {family_name}', 'Ada '],
    ['{https://example.com/role}', 'admin'],
    ['{dotted.name}', 'whole'],
    ['{braces}', '{sub}'],
  ])('%s is %s', (expression, text) => {
    expect(parseClaimExpression(expression)?.evaluate(claims).text).toBe(text)
  })

  it.each([
    'missing',
    'empty',
    'nothing',
    'yes',
    'list',
    'list.0',
    'list.length',
    'float',
    'huge',
    'lone',
    'lines',
    'team',
    'team.name',
    'sub.length',
    'constructor.name',
    '__proto__',
    'toString',
    'team.__proto__.id',
    'hasOwnProperty',
  ])('finds no value in {%s}', (name) => {
    expect(parseClaimExpression(`{${name}}`)?.evaluate(claims).values).toEqual([{ claim: name, value: undefined }])
  })

  it.each<[string, unknown]>([
    ['no claim', 'sub'],
    ['nothing', ''],
    ['empty braces', '{}'],
    ['an open brace', '{sub'],
    ['a brace too many', '{sub}}'],
    ['braces in braces', '{{sub}}'],
    ['a space in a name', '{given name}'],
    ['no text', 7],
    ['more than 128 characters', `{sub}${'x'.repeat(124)}`],
    ['half a character', '{sub}\ud800'],
  ])('is none with %s', (_what, expression) => {
    expect(parseClaimExpression(expression)).toBeUndefined()
  })
})
