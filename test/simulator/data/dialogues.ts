/** What people say in sample conversations, by topic of the queue. Fictional. */

export const topics = ['billing', 'delivery', 'technical', 'sales', 'returns', 'account'] as const;
export type Topic = (typeof topics)[number];

export interface Line {
  readonly text: string;
  readonly sentiment?: -1 | 1;
  /** The words that the speech analysis recognises as its topic. */
  readonly topicPhrase?: string;
}

export interface Dialogue {
  readonly title: string;
  readonly customer: readonly Line[];
  readonly agent: readonly Line[];
  readonly subjects: readonly string[];
}

export const openings: readonly Line[] = [
  { text: 'thank you for calling how can I help you today' },
  { text: 'good morning you are through to customer care what can I do for you' },
  { text: 'hello thanks for holding how may I help', sentiment: 1 },
];

export const closings: readonly Line[] = [
  { text: 'thank you so much have a nice day', sentiment: 1 },
  { text: 'great that is all I needed bye', sentiment: 1 },
  { text: 'all right goodbye then' },
];

export const fillers: readonly Line[] = [
  { text: 'okay' },
  { text: 'yes' },
  { text: 'mhm I see' },
  { text: 'right' },
  { text: 'let me just check that for you' },
  { text: 'could you repeat that please' },
  { text: 'one moment please' },
];

export const menuPrompts: readonly string[] = [
  'welcome for billing press one for delivery press two for anything else please stay on the line',
  'this call may be recorded for training purposes',
];

export const queuePrompt = 'all our agents are busy please hold and we will be with you shortly';

export const dialogues: Readonly<Record<Topic, Dialogue>> = {
  billing: {
    title: 'Billing dispute',
    subjects: ['Invoice is wrong', 'Charged twice in March', 'Question about my bill'],
    customer: [
      {
        text: 'I was charged twice on my last invoice',
        sentiment: -1,
        topicPhrase: 'charged twice',
      },
      {
        text: 'the amount on my bill is much higher than usual',
        sentiment: -1,
        topicPhrase: 'my bill',
      },
      { text: 'I would like a refund for the second payment', topicPhrase: 'refund' },
      { text: 'my customer number is five five five zero one four two' },
      { text: 'I paid it by card on the third of the month' },
      { text: 'that is not what your colleague told me last week', sentiment: -1 },
    ],
    agent: [
      {
        text: 'I can see two payments on the same day and I will refund one of them',
        sentiment: 1,
        topicPhrase: 'refund',
      },
      { text: 'the money will be back on your card within five working days' },
      { text: 'can you give me the last four digits of your invoice number' },
      { text: 'I am sorry about that let me look at your account', sentiment: 1 },
      { text: 'the difference comes from the annual fee which is charged in this month' },
    ],
  },
  delivery: {
    title: 'Late delivery',
    subjects: ['Where is my parcel?', 'Delivery address changed', 'Order has not arrived'],
    customer: [
      {
        text: 'my parcel should have arrived on monday and it is still not here',
        sentiment: -1,
        topicPhrase: 'not here',
      },
      {
        text: 'the tracking page says that it was delivered but nobody rang',
        sentiment: -1,
        topicPhrase: 'tracking',
      },
      { text: 'can you send it to my office instead', topicPhrase: 'send it' },
      { text: 'the order number starts with four seven one' },
      { text: 'I was at home the whole day' },
    ],
    agent: [
      { text: 'the driver left it with a neighbour at number twelve', topicPhrase: 'driver' },
      { text: 'I have asked the carrier to try again tomorrow morning', sentiment: 1 },
      { text: 'what is the postcode of the delivery address please' },
      { text: 'it is on its way and should reach you by friday', topicPhrase: 'on its way' },
    ],
  },
  technical: {
    title: 'Connection problem',
    subjects: ['Router keeps restarting', 'No internet since this morning', 'App does not start'],
    customer: [
      {
        text: 'the internet has been down since this morning',
        sentiment: -1,
        topicPhrase: 'internet',
      },
      {
        text: 'I have already restarted the router three times',
        sentiment: -1,
        topicPhrase: 'router',
      },
      { text: 'the light on the left is blinking red' },
      { text: 'yes now it is green again', sentiment: 1 },
      { text: 'it works on my phone but not on the laptop' },
    ],
    agent: [
      { text: 'please unplug the router and wait for thirty seconds', topicPhrase: 'router' },
      { text: 'I am running a test on your line right now' },
      {
        text: 'there is an outage in your area and our engineers are working on it',
        topicPhrase: 'outage',
      },
      { text: 'can you see which colour the light has' },
      {
        text: 'I will send a technician on thursday between eight and twelve',
        sentiment: 1,
        topicPhrase: 'technician',
      },
    ],
  },
  sales: {
    title: 'New contract',
    subjects: ['Offer for the family plan', 'Upgrade question', 'Price for ten licences'],
    customer: [
      {
        text: 'I saw your offer for the family plan and I am interested',
        sentiment: 1,
        topicPhrase: 'family plan',
      },
      { text: 'how much would it be with two more lines' },
      { text: 'that sounds a bit expensive to me', sentiment: -1, topicPhrase: 'expensive' },
      { text: 'can I keep my number' },
      { text: 'I have to think about it and call back' },
    ],
    agent: [
      {
        text: 'with the new contract you save ten percent in the first year',
        sentiment: 1,
        topicPhrase: 'new contract',
      },
      {
        text: 'you can cancel within fourteen days without giving a reason',
        topicPhrase: 'cancel',
      },
      { text: 'I can send you the offer by email' },
      { text: 'how many people are going to use it' },
    ],
  },
  returns: {
    title: 'Return of goods',
    subjects: ['Return label missing', 'Wrong size', 'Broken on arrival'],
    customer: [
      { text: 'the screen was broken when I opened the box', sentiment: -1, topicPhrase: 'broken' },
      { text: 'I would like to send it back', topicPhrase: 'send it back' },
      {
        text: 'there was no return label in the parcel',
        sentiment: -1,
        topicPhrase: 'return label',
      },
      { text: 'a replacement would be fine too', sentiment: 1 },
    ],
    agent: [
      { text: 'I am emailing you a new return label right now', topicPhrase: 'return label' },
      { text: 'would you like a replacement or your money back' },
      { text: 'you can hand it in at any post office', sentiment: 1 },
      { text: 'can you send us a photo of the damage' },
    ],
  },
  account: {
    title: 'Account access',
    subjects: ['Locked out of my account', 'Change of name', 'Please close my account'],
    customer: [
      { text: 'I cannot log in any more since the update', sentiment: -1, topicPhrase: 'log in' },
      {
        text: 'I never got the email with the new password',
        sentiment: -1,
        topicPhrase: 'password',
      },
      {
        text: 'I have moved and would like to change my address',
        topicPhrase: 'change my address',
      },
      { text: 'my date of birth is the second of may' },
      { text: 'oh yes there it is thank you', sentiment: 1 },
    ],
    agent: [
      { text: 'I have reset your password please try again', topicPhrase: 'password' },
      { text: 'for security I have to ask you two questions' },
      { text: 'your account is open again now', sentiment: 1 },
      { text: 'please check your spam folder as well' },
    ],
  },
};
