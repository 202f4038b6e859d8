using Jarvis.Api.Accounts;
using Jarvis.Domain.Platform;
using Jarvis.Projections;

namespace Jarvis.Api.Platform;

/// <summary><c>POST /views/{name}/rebuild</c>, for administrators: from beginning to end at once.</summary>
public static class ViewRebuildEndpoint
{
    public static void MapViewRebuild(this WebApplication app) =>
        app.MapPost("/views/{name}/rebuild", async (string name, ViewRebuild rebuild, CancellationToken cancel) =>
        {
            var view = ViewRebuild.Find(name);
            if (view is null)
            {
                return ProblemAnswers.Of(StatusCodes.Status404NotFound, OperationRefusals.ViewNotFound(ViewsSetup.Names));
            }

            if (rebuild.WhyNotBegin(name) is { } refusal)
            {
                return ProblemAnswers.Of(StatusCodes.Status409Conflict, refusal);
            }

            return await rebuild.Rebuild(view, cancel) is { } busy ? ProblemAnswers.Of(StatusCodes.Status409Conflict, busy) : Results.NoContent();
        }).RequireAuthorization(SignInSetup.AdministratorPolicy).WithTags("Operations").WithSummary("Make a view anew from the events, while it is being read")
            .Produces(204).ProducesProblem(404).ProducesProblem(409);
}
