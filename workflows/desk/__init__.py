"""The desk: inbox, case page, institution file and the verbs that every case has."""
