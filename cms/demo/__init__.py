"""The demo company: people of the starter curriculum with a history that was lived through the services.

``company`` sets up teams, people, coaches and grants; ``life`` is one learner's hands, ``routes`` finds how to play a
scenario to a wanted outcome; ``histories`` walks each learner day by day to the state that their story tells;
``create`` puts it together.
"""
