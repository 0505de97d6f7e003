using Tessar.Web.Hosting;

namespace Tessar.Web.Routing;

/// <summary>
/// Answers an address with what files say. It may block: it is called on a thread for that, see <see cref="BlockingWork"/>.
/// </summary>
/// <remarks>
/// What it returns depends on the address alone, so requests for one address that wait at the same time share an answer. Made
/// once; its constructor is given the services it names.
/// </remarks>
internal interface IReadEndpoint
{
    /// <exception cref="ProblemException">What is asked for isn't there.</exception>
    /// <exception cref="TessarException">A file can't be used.</exception>
    Content Read(ApiRequest request);
}
