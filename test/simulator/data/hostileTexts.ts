/** Texts that customers can type and that break careless interfaces. Harmless as text; never to be run. */

export const hostileTexts: readonly string[] = [
  '<img src=x onerror="alert(1)">',
  '<script>fetch("https://evil.example.com")</script> & "quotes" \'too\'',
  '\u202Eexe.eciovni\u202C (right to left override)',
  'שלום, אני צריך עזרה עם החשבון شكرا جزيلا',
  '👩‍👩‍👧‍👦🏳️‍🌈 thanks!!! 🎉🎉',
  'bell\u0007 escape\u001b[31m null\u0000 tab\t newline\n end',
  '../../../etc/passwd\\..\\con.txt',
  'Z̸̢̛͇̹̑a̶̡͐l̵̰̈́g̷̺̈ȏ̵̧ is calling',
  `[link](command:workbench.action.quit) $(trash) \${env:HOME} {{constructor}}`,
  `very long ${'invoice '.repeat(250)}end`,
];
