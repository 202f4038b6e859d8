using Jarvis.Admin.Platform;
using Jarvis.Client.Platform;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.Components.WebAssembly.Hosting;
using Radzen;

var builder = WebAssemblyHostBuilder.CreateDefault(args);
builder.RootComponents.Add<App>("#app");
builder.RootComponents.Add<HeadOutlet>("head::after");
builder.Services.AddJarvisClient(new Uri(new Uri(builder.HostEnvironment.BaseAddress), "/"));
builder.Services.AddRadzenComponents();
builder.Services.AddSingleton<Palette>();

var host = builder.Build();
await host.Services.StartJarvisClient();
await host.RunAsync();
