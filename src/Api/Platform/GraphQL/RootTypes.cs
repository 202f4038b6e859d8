using GraphQL.Types;

namespace Jarvis.Api.Platform.GraphQL;

/// <summary>A root type put together from one class per context, each holding static methods.</summary>
public abstract class RootType : ObjectGraphType
{
    protected void Take<T>()
    {
        foreach (var field in new AutoRegisteringObjectGraphType<T>().Fields)
        {
            AddField(field);
        }
    }
}
