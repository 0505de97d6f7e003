namespace Tessar.Methods;

/// <summary>A question about runs that methods answer: a lens's own, or a further one such as how good its answers are.</summary>
/// <remarks>
/// The class is marked with <see cref="LensAttribute"/> or <see cref="QuestionAttribute"/> and has one public constructor, with
/// its settings or without parameters; names, help, defaults and ranges come from the settings' properties, as for a method.
/// </remarks>
public interface IQuestion
{
    /// <summary>
    /// What a method has to implement to be asked, for example <see cref="IAttributionMethod"/>; null when no method is asked.
    /// </summary>
    Type? Contract { get; }

    /// <summary>Asks.</summary>
    /// <param name="inquiry">Runs, data, method and context, open.</param>
    /// <returns>The answer; whoever runs the question keeps it.</returns>
    /// <exception cref="TessarException">Runs, data or settings don't allow it; the message says what to do.</exception>
    /// <exception cref="OperationCanceledException">Asked for by <see cref="Work.Cancellation"/>.</exception>
    MethodAnswer Ask(Inquiry inquiry);
}
