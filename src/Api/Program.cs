using Jarvis.Api.Devices;
using Jarvis.Api.Documents;
using Jarvis.Api.Platform;
using Jarvis.Api.Platform.Blobs;
using Jarvis.Api.Platform.Screens;
using JasperFx;
using Npgsql;

try
{
    var builder = WebApplication.CreateBuilder(args);
    var configuration = ServerConfiguration.Read(builder.Configuration);
    builder.WebHost.Listen(configuration);
    builder.Services.AddSingleton(configuration);
    builder.AddJarvisStore(configuration);
    builder.AddBlobs(configuration);
    builder.AddReadSide(configuration);
    builder.Services.AddRunnerProtocol();

    var app = builder.Build();
    if (CodeGeneration.IsWriting)
    {
        return await app.RunJasperFxCommands(args);
    }

    if (KeyRotation.IsAsked(args))
    {
        return await KeyRotation.Run(app.Services, configuration);
    }

    app.UseReadSide();
    app.MapReadSide();
    app.MapBlobs();
    app.MapFiles();
    app.MapRunnerProtocol();
    app.MapScreens(configuration);
    await app.CheckBlobs();
    await app.RunAsync();
    return 0;
}
catch (ConfigurationException problem)
{
    await Console.Error.WriteLineAsync(problem.Message);
    return 2;
}
catch (NpgsqlException problem)
{
    // Only the start comes to here: once it is up, a database that is away is waited for.
    await Console.Error.WriteLineAsync($"JARVIS_DATABASE names a database that cannot be used: {(problem as PostgresException)?.MessageText ?? problem.Message}.");
    return 2;
}
