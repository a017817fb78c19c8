// SPDX-License-Identifier: MIT
// A PowerShell host that answers every confirmation as told and counts them.
using System;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

public sealed class AnsweringHost : PSHost
{
    private readonly AnsweringUI ui;
    private readonly Guid id = Guid.NewGuid();

    public AnsweringHost(string answer) { ui = new AnsweringUI(answer); }

    public List<string> Questions => ui.Questions;
    public override string Name => "hvsmp tests";
    public override Version Version => new Version(1, 0);
    public override Guid InstanceId => id;
    public override PSHostUserInterface UI => ui;
    public override CultureInfo CurrentCulture => CultureInfo.InvariantCulture;
    public override CultureInfo CurrentUICulture => CultureInfo.InvariantCulture;
    public override void EnterNestedPrompt() { }
    public override void ExitNestedPrompt() { }
    public override void NotifyBeginApplication() { }
    public override void NotifyEndApplication() { }
    public override void SetShouldExit(int exitCode) { }
}

internal sealed class AnsweringUI : PSHostUserInterface
{
    private readonly string answer;
    public readonly List<string> Questions = new List<string>();

    public AnsweringUI(string answer) { this.answer = answer; }

    public override int PromptForChoice(string caption, string message,
                                        Collection<ChoiceDescription> choices, int defaultChoice)
    {
        Questions.Add(message);
        for (int i = 0; i < choices.Count; i++)
            if (choices[i].Label.Replace("&", "") == answer)
                return i;
        throw new InvalidOperationException("a question without the answer " + answer);
    }

    public override PSHostRawUserInterface RawUI => null;
    public override string ReadLine() => "";
    public override SecureString ReadLineAsSecureString() => new SecureString();
    public override void Write(string value) { }
    public override void Write(ConsoleColor f, ConsoleColor b, string value) { }
    public override void WriteLine(string value) { }
    public override void WriteErrorLine(string value) { }
    public override void WriteDebugLine(string value) { }
    public override void WriteVerboseLine(string value) { }
    public override void WriteWarningLine(string value) { }
    public override void WriteProgress(long sourceId, ProgressRecord record) { }
    public override Dictionary<string, PSObject> Prompt(
        string caption, string message, Collection<FieldDescription> descriptions)
        => throw new InvalidOperationException("a prompt: " + message);
    public override PSCredential PromptForCredential(
        string caption, string message, string user, string target) => null;
    public override PSCredential PromptForCredential(
        string caption, string message, string user, string target,
        PSCredentialTypes types, PSCredentialUIOptions options) => null;
}
