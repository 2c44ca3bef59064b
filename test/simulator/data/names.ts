/** Names for fictional people. */

export const givenNames: readonly string[] =
  'Ada Amira Anton Beatriz Bruno Chidi Clara Dana Deniz Elena Emil Farah Felix Grace Hana Hugo Ines Ivan Jana Jonas Kaito Lea Liam Lucía Malik Maja Mateo Mira Nadia Nils Olga Omar Paula Priya Quentin Rosa Samir Sofia Tariq Zoë'.split(
    ' ',
  );

export const familyNames: readonly string[] =
  "Abadi Almeida Bauer Bianchi Castro Chen Dvořák Eriksen Fischer García Haddad Hansen Ito Jansen Kaya Kim Kowalski Lambert Lindqvist Mbeki Meyer Moreau Müller Nowak O'Brien Okafor Patel Petrova Ramos Rossi Santos Schmidt Silva Singh Tanaka Torres Virtanen Weber Yılmaz Zhang".split(
    ' ',
  );
