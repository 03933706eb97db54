// The catalogue, second part: the keys themselves, under which id they stand and whose they are said to be.
import { roles, saying, several, whoOf } from './sentence.ts'
import { countText, listText, quoted } from './shown.ts'

export const keySentences = {
  keyBytesChanged: saying<{ who: string; id: string; roles: readonly string[] }>(
    'keyBytesChanged',
    'dangerous',
    (f) =>
      `the id ${f.id} (${f.who}) now stands for a different key; whoever holds that key ${f.roles.length === 0 ? 'signs for no role' : `can sign for ${roles(f.roles)}`}`,
    (ids) =>
      ids.length === 1
        ? 'puts a different key under the same id'
        : `puts different keys under ${ids.length} of the same ids`,
    (f) => f.id,
  ),
  keyRewritten: saying<{ who: string; from: string; to: string }>(
    'keyRewritten',
    'notable',
    (f) => `${f.who} is now written as ${f.to} instead of ${f.from}; the key itself stays the same`,
    (who) => `writes ${several('a key', 'keys')(who)} in another form`,
    whoOf,
  ),
  keyIdChanged: saying<{ who: string; also: readonly string[] }>(
    'keyIdChanged',
    'notable',
    (f) =>
      `${f.who} gets another id${f.also.length === 0 ? '' : `, because ${listText(f.also)}`}; the key itself stays the same`,
    (who) => `gives ${several('a key another id', 'keys other ids')(who)}`,
    whoOf,
  ),
  keySecondId: saying<{ who: string; count: number }>(
    'keySecondId',
    'notable',
    (f) => `${f.who} now stands under ${f.count} ids; it is one key and counts once`,
    (who) => `gives ${several('a key one more id', 'keys more ids')(who)}`,
    whoOf,
  ),
  keyFewerIds: saying<{ who: string; count: number }>(
    'keyFewerIds',
    'routine',
    (f) => `${f.who} now stands under ${countText(f.count, 'id')}; the key itself stays the same`,
  ),
  keyNamed: saying<{ who: string; owner: string }>(
    'keyNamed',
    'notable',
    (f) => `${f.who} is now said to belong to ${f.owner}`,
    (who) => `names the owner of ${several('a key', 'keys')(who)}`,
    whoOf,
  ),
  keyRenamed: saying<{ from: string; to: string }>(
    'keyRenamed',
    'notable',
    (f) => `the key of ${f.from} is now said to belong to ${f.to}`,
    (who) => `renames the owner of ${several('a key', 'keys')(who)}`,
    (f) => f.from,
  ),
  keyUnnamed: saying<{ from: string }>(
    'keyUnnamed',
    'notable',
    (f) => `the key of ${f.from} no longer says to whom it belongs`,
    (who) => `takes the owner's name from ${several('a key', 'keys')(who)}`,
    (f) => f.from,
  ),
  keyAddress: saying<{ who: string }>(
    'keyAddress',
    'notable',
    (f) => `the place where a machine finds the secret half of ${f.who} changes`,
    (who) => `changes the address of ${several('a key', 'keys')(who)} that a machine uses`,
    whoOf,
  ),
  keyHashList: saying<{ who: string }>(
    'keyHashList',
    'routine',
    (f) => `the old list of hash algorithms beside ${f.who} changes; clients do not use it`,
  ),
  keyRehearsal: saying<{ who: string; on: boolean }>(
    'keyRehearsal',
    'dangerous',
    (f) =>
      f.on
        ? `${f.who} now calls itself a rehearsal key`
        : `${f.who} called itself a rehearsal key and no longer does; its secret half was never protected`,
    (who) => `turns ${several('a key', 'keys')(who)} from rehearsal to real or back`,
    whoOf,
  ),
  keyUnusedAdded: saying<{ who: string }>(
    'keyUnusedAdded',
    'notable',
    (f) => `${f.who} is added to the list of keys; no role uses it`,
    (who) => `adds ${several('a key', 'keys')(who)} that no role uses`,
    whoOf,
  ),
  keyUnusedRemoved: saying<{ who: string }>(
    'keyUnusedRemoved',
    'routine',
    (f) => `${f.who} is removed from the list of keys; no role used it`,
  ),
  keyLeftUnused: saying<{ who: string }>(
    'keyLeftUnused',
    'routine',
    (f) => `${f.who} stays in the list of keys, but no role uses it any more`,
  ),
  keyUnknownType: saying<{ who: string; type: string }>(
    'keyUnknownType',
    'notable',
    (f) =>
      `${f.who} is of the type ${quoted(f.type)}, which this program does not know; its signatures are never counted here`,
    (who) => `adds ${several('a key', 'keys')(who)} of an unknown type`,
    whoOf,
  ),
} as const
