import { html, type TemplateResult } from 'lit-html';

/** Asks for the token, where nothing is shown without it. */
export function askToken(onToken: (token: string) => void): TemplateResult {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const token = new FormData(event.target as HTMLFormElement).get('token');
    if (typeof token === 'string' && token !== '') onToken(token.trim());
  };
  return html`<form class="card token" @submit=${submit}>
    <label for="token">This store is shown to those who have its token.</label>
    <input id="token" name="token" type="password" autocomplete="off" required />
    <button>Show</button>
  </form>`;
}
