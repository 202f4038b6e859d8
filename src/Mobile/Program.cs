using Jarvis.Mobile;
using Jarvis.Client.Platform;
using Jarvis.Mobile.Devices;
using Jarvis.Mobile.Platform;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.Components.WebAssembly.Hosting;

var builder = WebAssemblyHostBuilder.CreateDefault(args);
builder.RootComponents.Add<App>("#app");
builder.RootComponents.Add<HeadOutlet>("head::after");
builder.Services.AddJarvisClient(new Uri(new Uri(builder.HostEnvironment.BaseAddress), "/"));
builder.Services.AddSingleton<TabStacks>();
builder.Services.AddSingleton<Acts>();
builder.Services.AddSingleton(AnswersKept.Kinds);
builder.Services.AddSingleton<ChosenDevice>();

var host = builder.Build();
await host.Services.StartJarvisClient();
host.Services.GetRequiredService<ChosenDevice>().Start();
await host.RunAsync();
