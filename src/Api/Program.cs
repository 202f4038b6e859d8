using Jarvis.Api.Platform;
using JasperFx;

try
{
    var builder = WebApplication.CreateBuilder(args);
    var configuration = ServerConfiguration.Read(builder.Configuration);
    builder.WebHost.UseUrls(configuration.Url.ToString());
    builder.Services.AddSingleton(configuration);
    builder.AddJarvisStore(configuration);

    var app = builder.Build();
    if (CodeGeneration.IsWriting)
    {
        return await app.RunJasperFxCommands(args);
    }

    await app.RunAsync();
    return 0;
}
catch (ConfigurationException problem)
{
    await Console.Error.WriteLineAsync(problem.Message);
    return 2;
}
