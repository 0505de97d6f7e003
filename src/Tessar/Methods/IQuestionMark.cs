using Tessar.Named;

namespace Tessar.Methods;

/// <summary>An attribute that makes a class a question: a lens's own, or a further one.</summary>
internal interface IQuestionMark : INamed
{
    /// <summary>The method that is asked when none is named; empty where none is asked.</summary>
    string DefaultMethod { get; }
}
