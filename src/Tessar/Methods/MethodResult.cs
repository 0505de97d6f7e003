using Tessar.Results;

namespace Tessar.Methods;

/// <summary>An answer, and where it is kept.</summary>
public sealed class MethodResult
{
    private readonly object _value;

    internal MethodResult(ResultFolder kept, MethodAnswer answer) => (Kept, _value, Answer) = (kept, answer.Value, answer);

    /// <summary>The folder and its envelope.</summary>
    public ResultFolder Kept { get; }

    /// <summary>The answer as the question gave it.</summary>
    public MethodAnswer Answer { get; }

    /// <summary>The answer's numbers and records.</summary>
    /// <typeparam name="T">
    /// What the question answers with, where that is a public type, such as <c>LdsAnswer</c>; every answer is in
    /// <see cref="MethodAnswer.Payload"/> as JSON too, with the fields that docs/cli.md explains.
    /// </typeparam>
    /// <exception cref="InvalidOperationException">It answers with something else; the message names it.</exception>
    public T Value<T>()
        where T : class => _value as T
        ?? throw new InvalidOperationException(
            $"`{Kept.Document.Job.Question}` answers with a {_value.GetType().FullName}, not with a {typeof(T).FullName}.");
}
