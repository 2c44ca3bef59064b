/** The page on which a person allows an application. It posts back to its own address, so a gateway's prefix stays. */

export interface Consent {
  readonly clientName: string;
  readonly organisationName: string;
  readonly userName: string;
  readonly scopes: readonly string[];
}

export function consentPage(consent: Consent): string {
  return page(`<h1>Allow access?</h1>
<p>${escapeHtml(consent.clientName)} wants to use ${escapeHtml(consent.organisationName)} as ${escapeHtml(consent.userName)}.</p>
<ul>${consent.scopes.map((scope) => `<li>${escapeHtml(scope)}</li>`).join('')}</ul>
<form method="post" action="">
<button id="allow" name="decision" value="allow">Allow</button>
<button id="deny" name="decision" value="deny">Deny</button>
</form>`);
}

export function refusalPage(reason: string): string {
  return page(`<h1>Sign-in is not possible</h1><p>${escapeHtml(reason)}</p>`);
}

const page = (content: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>Simulated sign-in</title><body>${content}</body></html>`;

const escapeHtml = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => `&#${String(character.charCodeAt(0))};`);
