namespace Jarvis.Api.Platform.GraphQL;

/// <summary>A plain explorer for development: sign in, write a document, see the answer or follow a subscription. It loads nothing from elsewhere.</summary>
public static class ExplorerPage
{
    public const string Html = """
        <!doctype html><html lang="en"><meta charset="utf-8"><title>Jarvis GraphQL</title>
        <style>
          body{font:14px system-ui;margin:1rem;display:grid;gap:.5rem;grid-template-columns:1fr 1fr;height:calc(100vh - 2rem)}
          header{grid-column:1/3} textarea,pre{font:13px ui-monospace,monospace;width:100%;box-sizing:border-box;margin:0;overflow:auto;border:1px solid #999;padding:.5rem}
          #left{display:grid;grid-template-rows:3fr 1fr;gap:.5rem}
        </style>
        <header>
          <form id="signin" style="display:inline"><label>E-mail <input id="email" autocomplete="username"></label>
          <label>Password <input id="password" type="password" autocomplete="current-password"></label> <button>Sign in</button></form>
          <button id="run">Run</button> <button id="stop">Stop</button> <a href="/graphql/schema.graphql" id="sdl">Schema</a> <span id="state" role="status"></span>
        </header>
        <div id="left"><textarea id="query" aria-label="Document">{ runs(first: 10) { nodes { id status workflowName } } }</textarea>
        <textarea id="variables" aria-label="Variables">{}</textarea></div><pre id="answer" tabindex="0"></pre>
        <script>
          let token = '', socket; const $ = id => document.getElementById(id), show = v => $('answer').textContent = JSON.stringify(v, null, 2);
          $('signin').onsubmit = async e => { e.preventDefault();
            const r = await fetch('/auth/login', {method:'POST', headers:{'content-type':'application/json'}, body: JSON.stringify({email:$('email').value, password:$('password').value})});
            const b = await r.json(); token = b.accessToken || ''; $('state').textContent = token ? 'signed in' : (b.title || 'refused'); };
          $('stop').onclick = () => socket && socket.close();
          $('sdl').onclick = async e => { e.preventDefault(); const r = await fetch('/graphql/schema.graphql', {headers:{authorization:'Bearer '+token}}); $('answer').textContent = await r.text(); };
          $('run').onclick = async () => { const payload = {query:$('query').value, variables: JSON.parse($('variables').value || '{}')};
            if (/^\s*subscription\b/m.test(payload.query)) { socket && socket.close(); $('answer').textContent = '';
              socket = new WebSocket(location.origin.replace('http','ws') + '/graphql', 'graphql-transport-ws');
              socket.onopen = () => socket.send(JSON.stringify({type:'connection_init', payload:{Authorization:'Bearer '+token}}));
              socket.onclose = e => $('state').textContent = 'closed ' + e.code + ' ' + e.reason;
              socket.onmessage = e => { const m = JSON.parse(e.data); if (m.type === 'connection_ack') socket.send(JSON.stringify({id:'1', type:'subscribe', payload}));
                else if (m.type === 'ping') socket.send('{"type":"pong"}'); else $('answer').textContent += JSON.stringify(m.payload || m) + '\n'; };
              return; }
            const r = await fetch('/graphql', {method:'POST', headers:{'content-type':'application/json', ...(token && {authorization:'Bearer '+token})}, body: JSON.stringify(payload)}); show(await r.json()); };
        </script></html>
        """;
}
