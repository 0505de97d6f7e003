using Microsoft.AspNetCore.Http;

namespace Tessar.Web.Routing;

/// <summary>Answers an address in its own way. It mustn't block; see <see cref="IReadEndpoint"/> for what reads files.</summary>
/// <remarks>Made once; its constructor is given the services it names.</remarks>
internal interface IEndpoint
{
    Task AnswerAsync(HttpContext context);
}
