using Tessar.Web.Documents;

namespace Tessar.Web.Hosting;

/// <summary>A request that can't be answered, thrown where that turns out.</summary>
internal sealed class ProblemException(Problem problem, Exception? inner = null) : Exception(problem.Title, inner)
{
    public Problem Problem { get; } = problem;
}
