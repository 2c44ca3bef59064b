/** The people and places of a sample organisation: divisions, queues, users, wrap-up codes. All fictional. */
import type { Models } from 'purecloud-platform-client-v2';
import { topics, type Topic } from './dialogues.ts';
import { hostileTexts } from './hostileTexts.ts';
import { familyNames, givenNames } from './names.ts';
import type { Random } from './random.ts';

export interface Directory {
  readonly organisationId: string;
  readonly divisions: readonly Models.AuthzDivision[];
  readonly queues: readonly DirectoryQueue[];
  readonly agents: readonly DirectoryAgent[];
  readonly users: readonly Models.User[];
  readonly wrapUpCodes: readonly Models.WrapupCode[];
  readonly wrapUpCodeIds: readonly string[];
}

export interface DirectoryQueue {
  readonly id: string;
  readonly name: string;
  readonly topic: Topic;
  readonly divisionId: string;
  readonly skillId: string;
  readonly flow: { readonly id: string; readonly name: string };
  readonly number: string;
  readonly model: Models.Queue;
}

interface DirectoryAgent {
  readonly id: string;
  readonly name: string;
}

const divisionNames = ['Home', 'Germany', 'Nordics', 'Iberia', 'North America', 'Asia Pacific'];
const regionNames = [
  '',
  'Premium',
  'Business',
  'Evening',
  'North',
  'South',
  'EN',
  'DE',
  'ES',
  'Overflow',
  'VIP',
];
const topicNames: Readonly<Record<Topic, string>> = {
  billing: 'Billing',
  delivery: 'Delivery',
  technical: 'Technical Support',
  sales: 'Sales',
  returns: 'Returns',
  account: 'Account Services',
};
const unusualQueueNames = [
  'R&D <b>Beta</b>',
  'شكاوى العملاء',
  'Claims 🚗 "Motor"',
  'Ärzte & Öffentlicher Dienst',
];
const outcomes = [
  'Resolved',
  'Follow-up needed',
  'Escalated',
  'No answer',
  'Wrong number',
  'Callback agreed',
  'Duplicate',
];

/** @param random drawn from in a fixed order, so that the directory depends on nothing but the seed. */
export function createDirectory(random: Random): Directory {
  const organisationId = random.uuid();
  const divisions = divisionNames.map((name, index): Models.AuthzDivision => {
    const id = random.uuid();
    return {
      id,
      name,
      description: index === 0 ? 'Default division' : `Teams of ${name}`,
      homeDivision: index === 0,
      selfUri: `/api/v2/authorization/divisions/${id}`,
    };
  });
  const users = createUsers(random, divisions);
  const wrapUpCodes = createWrapUpCodes(random, divisions);
  return {
    organisationId,
    divisions,
    queues: createQueues(random, divisions),
    users,
    agents: users.map(({ id = '', name = '' }) => ({ id, name })),
    wrapUpCodes,
    wrapUpCodeIds: wrapUpCodes.map(({ id = '' }) => id),
  };
}

/** The reference to a division that other objects carry. */
function toDivisionRef(division: Models.AuthzDivision): Models.Division {
  const { id = '', name = '' } = division;
  return { id, name, selfUri: `/api/v2/authorization/divisions/${id}` };
}

function createQueues(
  random: Random,
  divisions: readonly Models.AuthzDivision[],
): readonly DirectoryQueue[] {
  const flows = topics.map((topic) => ({ id: random.uuid(), name: `${topicNames[topic]} menu` }));
  const named = regionNames.flatMap((region) =>
    topics.map((topic) => ({ topic, name: `${topicNames[topic]} ${region}`.trim() })),
  );
  const unusual = unusualQueueNames.map((name) => ({ topic: random.pick(topics), name }));
  return [...named, ...unusual].map(({ topic, name }, index) => {
    const id = random.uuid();
    const division = random.pick(divisions);
    const joinedMemberCount = random.int(2, 30);
    return {
      id,
      name,
      topic,
      divisionId: division.id ?? '',
      skillId: random.uuid(),
      flow: flows[topics.indexOf(topic)] ?? { id: '', name: '' },
      number: `+1317555${String(100 + (index % 100)).padStart(4, '0')}`,
      model: {
        id,
        name,
        division: toDivisionRef(division),
        memberCount: joinedMemberCount + random.int(0, 10),
        joinedMemberCount,
        enableTranscription: true,
        selfUri: `/api/v2/routing/queues/${id}`,
      },
    };
  });
}

function createUsers(
  random: Random,
  divisions: readonly Models.AuthzDivision[],
): readonly Models.User[] {
  return Array.from({ length: 160 }, (_, index): Models.User => {
    const id = random.uuid();
    const given = givenNames[index % givenNames.length] ?? '';
    const family = familyNames[(index * 7 + Math.floor(index / 40)) % familyNames.length] ?? '';
    const isUnusual = index % 53 === 17;
    const email = `${given}.${family}.${String(index)}@example.com`.toLowerCase();
    return {
      id,
      name: isUnusual ? random.pick(hostileTexts).slice(0, 120) : `${given} ${family}`,
      email,
      username: email,
      division: toDivisionRef(random.pick(divisions)),
      state: random.weighted([
        ['active', 88],
        ['inactive', 8],
        ['deleted', 4],
      ]),
      version: random.int(1, 40),
      acdAutoAnswer: false,
      selfUri: `/api/v2/users/${id}`,
    };
  });
}

function createWrapUpCodes(
  random: Random,
  divisions: readonly Models.AuthzDivision[],
): readonly Models.WrapupCode[] {
  const names = topics.flatMap((topic) =>
    outcomes.map((outcome) => `${topicNames[topic]} - ${outcome}`),
  );
  return [...names, 'Test <i>do not use</i>', 'Ungültig / storniert'].map((name) => {
    const id = random.uuid();
    return {
      id,
      name,
      division: toDivisionRef(random.pick(divisions)),
      dateCreated: new Date(Date.UTC(2025, random.int(0, 11), random.int(1, 28))).toISOString(),
      selfUri: `/api/v2/routing/wrapupcodes/${id}`,
    };
  });
}
